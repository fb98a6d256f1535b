"""What each object of HSDS 3.1 looks like, in our own short hand: field names, their kinds, and which must be there.

From these lines come the schemas of our OpenAPI document and the ones by which `checking` judges a server that brings none.
The published schemas (Open Referral, CC BY-SA) are test material: `tests/directory/test_shapes.py` holds these lines to them.

    name!          text that must be there        url:uri     text of that format
    amount:number  a number                       phones:[Phone]  a list of them      unit!:Unit  one of them
"""

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]

VERSION = "3.1"
_WITH_ALL = "id!:uuid attributes:[Attribute] metadata:[Metadata]"
_FIELDS: Mapping[str, str] = {
    "Organization": f"""{_WITH_ALL} name! alternate_name description! email:email website:uri additional_websites:[Url] tax_status tax_id
        year_incorporated:number legal_status logo uri:uri parent_organization_id:uuid funding:[Funding] contacts:[Contact] phones:[Phone]
        locations:[Location] programs:[Program] organization_identifiers:[OrganizationIdentifier] services:[Service]""",
    "Service": f"""{_WITH_ALL} organization_id:uuid program_id:uuid name! alternate_name description url:uri additional_urls:[Url]
        email:email status!:status interpretation_services application_process fees_description wait_time fees accreditations
        eligibility_description minimum_age:number maximum_age:number assured_date assurer_email:email licenses alert
        last_modified:date-time phones:[Phone] schedules:[Schedule] service_areas:[ServiceArea]
        service_at_locations:[ServiceAtLocation] languages:[Language] organization:Organization funding:[Funding]
        cost_options:[CostOption] program:Program required_documents:[RequiredDocument] contacts:[Contact]
        capacities:[ServiceCapacity]""",
    "ServiceAtLocation": f"""{_WITH_ALL} service_id:uuid location_id:uuid description service_areas:[ServiceArea] contacts:[Contact]
        phones:[Phone] schedules:[Schedule] location:Location service:Service""",
    "Location": f"""{_WITH_ALL} location_type!:place url:uri organization_id:uuid name alternate_name description transportation
        latitude:number longitude:number external_identifier external_identifier_type languages:[Language] addresses:[Address]
        contacts:[Contact] accessibility:[Accessibility] phones:[Phone] schedules:[Schedule]""",
    "Address": f"""{_WITH_ALL} location_id:uuid attention address_1! address_2 city! region state_province! postal_code! country!
        address_type!:place""",
    "Phone": f"""{_WITH_ALL} location_id:uuid service_id:uuid organization_id:uuid contact_id:uuid service_at_location_id:uuid number!
        extension:number type description languages:[Language]""",
    "Schedule": f"""{_WITH_ALL} service_id:uuid location_id:uuid service_at_location_id:uuid valid_from valid_to dtstart timezone:number
        until count:number wkst:weekday freq:often interval:number byday byweekno bymonthday byyearday description opens_at closes_at
        schedule_link:uri attending_type notes""",
    "Language": f"{_WITH_ALL} service_id:uuid location_id:uuid phone_id:uuid name code note",
    "Accessibility": f"{_WITH_ALL} location_id:uuid description details url:uri",
    "CostOption": f"""{_WITH_ALL} service_id:uuid valid_from valid_to option currency amount:number amount_description""",
    "RequiredDocument": f"{_WITH_ALL} service_id:uuid document uri:uri",
    "ServiceArea": f"{_WITH_ALL} service_id:uuid service_at_location_id:uuid name description extent extent_type uri",
    "Contact": f"""{_WITH_ALL} organization_id:uuid service_id:uuid service_at_location_id:uuid location_id:uuid name title department
        email:email phones:[Phone]""",
    "Program": f"{_WITH_ALL} organization_id:uuid name! alternate_name description!",
    "OrganizationIdentifier": f"{_WITH_ALL} organization_id:uuid identifier_scheme identifier_type! identifier!",
    "Funding": f"{_WITH_ALL} organization_id:uuid service_id:uuid source",
    "Url": f"{_WITH_ALL} label url!:uri organization_id:uuid service_id:uuid",
    "ServiceCapacity": f"""{_WITH_ALL} service_id:uuid unit!:Unit unit_id:uuid available!:number maximum:number description
        updated!:date-time""",
    "Unit": f"{_WITH_ALL} name! scheme identifier uri:uri",
    "Attribute": """id!:uuid link_id:uuid taxonomy_term_id:uuid link_type link_entity value label taxonomy_term:TaxonomyTerm
        metadata:[Metadata]""",
    "Taxonomy": "id!:uuid name! description! uri:uri version metadata:[Metadata]",
    "TaxonomyTerm": """id!:uuid code name! description! parent_id:uuid taxonomy taxonomy_detail:Taxonomy language taxonomy_id:uuid
        term_uri:uri metadata:[Metadata]""",
    "Metadata": """id!:uuid resource_id:uuid resource_type last_action_date! last_action_type! field_name! previous_value!
        replacement_value! updated_by!""",
}
_KINDS: Mapping[str, Schema] = {
    "": {"type": "string"},
    "number": {"type": "number"},
    "uuid": {"type": "string", "format": "uuid"},
    "uri": {"type": "string", "format": "uri"},
    "email": {"type": "string", "format": "email"},
    "date-time": {"type": "string", "format": "date-time"},
    "status": {"type": "string", "enum": ["active", "inactive", "defunct", "temporarily closed"]},
    "place": {"type": "string", "enum": ["physical", "postal", "virtual"]},
    "weekday": {"type": "string", "enum": ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]},
    "often": {"type": "string", "enum": ["WEEKLY", "MONTHLY"]},
}
_PAGE: Schema = {
    "type": "object",
    "required": [
        "total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty", "contents",
    ],
    "properties": {
        "total_items": {"type": "integer", "minimum": 0, "description": "Of the whole list."},
        "total_pages": {"type": "integer", "minimum": 0},
        "page_number": {"type": "integer", "minimum": 0, "description": "The first one is 1."},
        "size": {"type": "integer", "minimum": 0, "description": "Rows in this page."},
        "first_page": {"type": "boolean"},
        "last_page": {"type": "boolean"},
        "empty": {"type": "boolean"},
        "contents": {"type": "array"},
    },
}  # fmt: skip
OBJECTS = tuple(_FIELDS)

# What the standard says in words and its schemas do not hold anybody to: "ayer" and "9am" pass there.
_DATE: Schema = {"type": "string", "format": "date"}
_HOUR: Schema = {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?(Z|[+-]\d\d:\d\d)?$"}
_IN_WORDS: Mapping[str, Schema] = {
    **dict.fromkeys(("assured_date", "valid_from", "valid_to", "dtstart", "until"), _DATE),
    **dict.fromkeys(("opens_at", "closes_at"), _HOUR),
    "extent_type": {"type": "string", "enum": ["geojson", "topojson", "kml", "text"]},
}


def schemas(where: str, *, also_in_words: bool = False) -> dict[str, Schema]:
    """The JSON schema (2020-12) of each object by its name, and "Page". `where`: what stands before a name in a reference, "#/$defs/".

    `also_in_words`: dates and hours too must look as the standard says in words.
    """
    made = {name: _schema(fields, where, _IN_WORDS if also_in_words else {}) for name, fields in _FIELDS.items()}
    return {**made, "Page": _PAGE}


def alone(name: str, *, also_in_words: bool = False) -> Schema:
    """One object's schema that needs no other document."""
    return {"$ref": f"#/$defs/{name}", "$defs": schemas("#/$defs/", also_in_words=also_in_words)}


def _schema(fields: str, where: str, in_words: Mapping[str, Schema]) -> Schema:
    properties: dict[str, Schema] = {}
    required = []
    for field in fields.split():
        said, _, kind = field.partition(":")
        name = said.rstrip("!")
        properties[name] = in_words.get(name) or _kind(kind, where)
        if said.endswith("!"):
            required.append(name)
    return {"type": "object", "required": required, "properties": properties}


def _kind(kind: str, where: str) -> Schema:
    if kind in _KINDS:
        return _KINDS[kind]
    if kind.startswith("["):
        return {"type": "array", "items": {"$ref": where + kind.strip("[]")}}
    return {"$ref": where + kind}
