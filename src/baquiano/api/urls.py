from django.urls import path

from baquiano.accounts.policy import guarded
from baquiano.api import health, webhooks
from baquiano.api.hsds import about, lists

app_name = "api"

_knock = guarded("api:webhook", webhooks.knock)

urlpatterns = [
    path("webhooks/<slug:kind>/<int:channel>/", _knock, name="webhook"),
    path("webhooks/<slug:kind>/<int:channel>/<slug:secret>/", _knock, name="webhook"),
    path("health/", guarded("api:health", health.health), name="health"),
    path("hsds/", guarded("api:hsds_base", about.base), name="hsds_base"),
    path("hsds/openapi.json", guarded("api:hsds_openapi", about.described), name="hsds_openapi"),
    path("hsds/profile", guarded("api:hsds_profile", about.profile), name="hsds_profile"),
    path("hsds/services", guarded("api:hsds_services", lists.services), name="hsds_services"),
    path("hsds/services/<str:id>", guarded("api:hsds_service", lists.service), name="hsds_service"),
    path(
        "hsds/service_at_locations",
        guarded("api:hsds_service_at_locations", lists.service_at_locations),
        name="hsds_service_at_locations",
    ),
    path(
        "hsds/service_at_locations/<str:id>",
        guarded("api:hsds_service_at_location", lists.service_at_location),
        name="hsds_service_at_location",
    ),
    path("hsds/organizations", guarded("api:hsds_organizations", lists.organizations), name="hsds_organizations"),
    path("hsds/organizations/<str:id>", guarded("api:hsds_organization", lists.organization), name="hsds_organization"),
    path("hsds/taxonomies", guarded("api:hsds_taxonomies", lists.taxonomies), name="hsds_taxonomies"),
    path("hsds/taxonomies/<str:id>", guarded("api:hsds_taxonomy", lists.taxonomy), name="hsds_taxonomy"),
    path("hsds/taxonomy_terms", guarded("api:hsds_taxonomy_terms", lists.taxonomy_terms), name="hsds_taxonomy_terms"),
    path(
        "hsds/taxonomy_terms/<str:id>",
        guarded("api:hsds_taxonomy_term", lists.taxonomy_term),
        name="hsds_taxonomy_term",
    ),
]
