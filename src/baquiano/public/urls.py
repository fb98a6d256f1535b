"""The addresses of the site. Language and country stand in them, so no page needs a cookie to know them."""

from django.urls import path

from baquiano.accounts.policy import guarded
from baquiano.public import about, chat, confirming, frame, home, offline, paths, places, takeaway, topics

app_name = "public"
assert paths  # registers the converters used below

urlpatterns = [
    path("", guarded("public:language", home.language), name="language"),
    path("salir/", guarded("public:exit", home.leave), name="exit"),
    path("robots.txt", guarded("public:robots", about.robots), name="robots"),
    path("favicon.ico", guarded("public:favicon", about.favicon), name="favicon"),
    path("manifest.webmanifest", guarded("public:manifest", about.manifest), name="manifest"),
    path("a/<short:code>", guarded("public:short", takeaway.short), name="short"),
    path("a/<short:code>/<language:language>", guarded("public:short", takeaway.short), name="short"),
    path("a/<short:code>/<language:language>.pdf", guarded("public:slip", takeaway.sheet), name="slip"),
    path("w.js", guarded("public:widget", frame.script), name="widget"),
    path("w/<slug:site>/", guarded("public:frame", frame.way_in), name="frame"),
    path("w/<slug:site>/<language:language>/", guarded("public:frame_chat", frame.chat), name="frame_chat"),
    path("w/<slug:site>/<language:language>/say/", guarded("public:frame_say", frame.say), name="frame_say"),
    path(
        "w/<slug:site>/<language:language>/messages/",
        guarded("public:frame_messages", frame.messages),
        name="frame_messages",
    ),
    path(
        "w/<slug:site>/<language:language>/forget/", guarded("public:frame_forget", frame.forget), name="frame_forget"
    ),
    path("<language:language>/", guarded("public:home", home.home), name="home"),
    path("<language:language>/acerca/", guarded("public:about", about.about), name="about"),
    path("<language:language>/chat/", guarded("public:chat", chat.chat), name="chat"),
    path("<language:language>/chat/say/", guarded("public:say", chat.say), name="say"),
    path("<language:language>/chat/messages/", guarded("public:messages", chat.messages), name="messages"),
    path("<language:language>/chat/waiting/", guarded("public:waiting", chat.waiting), name="waiting"),
    path("<language:language>/chat/forget/", guarded("public:forget", chat.forget), name="forget"),
    path("<language:language>/persona/", guarded("public:person", chat.person), name="person"),
    path(
        "<language:language>/confirmar/<str:token>/",
        guarded("public:confirm_link", confirming.confirm_link),
        name="confirm_link",
    ),
    path(
        "<language:language>/confirmar/<str:token>/<uuid:service>/",
        guarded("public:confirm_edit", confirming.confirm_edit),
        name="confirm_edit",
    ),
    path("<language:language>/lugares/", guarded("public:places", places.places), name="places"),
    path("<language:language>/lugares/cerca/", guarded("public:places_near", places.near_here), name="places_near"),
    path("<language:language>/lugar/<uuid:service>/", guarded("public:place", places.place), name="place"),
    path("<language:language>/lugar/<uuid:service>/<uuid:at>/", guarded("public:place", places.place), name="place"),
    path(
        "<language:language>/lugar/<uuid:service>/problema/",
        guarded("public:report_problem", places.report_problem),
        name="report_problem",
    ),
    path(
        "<language:language>/lugar/<uuid:service>/hoja.pdf",
        guarded("public:place_sheet", offline.sheet),
        name="place_sheet",
    ),
    path(
        "<language:language>/lugar/<uuid:service>/<uuid:at>/hoja.pdf",
        guarded("public:place_sheet", offline.sheet),
        name="place_sheet",
    ),
    path("<language:language>/rumores/", guarded("public:rumours", topics.rumours), name="rumours"),
    path("<language:language>/temas/", guarded("public:topics", topics.topics), name="topics"),
    path("<language:language>/temas/<slug:branch>/", guarded("public:branch", topics.branch), name="branch"),
    path("<language:language>/<country:country>/", guarded("public:home", home.home), name="home"),
    path("<language:language>/<country:country>/temas/", guarded("public:topics", topics.topics), name="topics"),
    path(
        "<language:language>/<country:country>/temas/<slug:branch>/",
        guarded("public:branch", topics.branch),
        name="branch",
    ),
    path("<language:language>/<country:country>/lugares/", guarded("public:places", places.places), name="places"),
    path(
        "<language:language>/<country:country>/lugares/cerca/",
        guarded("public:places_near", places.near_here),
        name="places_near",
    ),
    path(
        "<language:language>/<country:country>/copia/<slug:place>.html",
        guarded("public:offline_pack", offline.file),
        name="offline_pack",
    ),
    path(
        "<language:language>/<country:country>/copia/<slug:place>.pdf",
        guarded("public:offline_paper", offline.paper),
        name="offline_paper",
    ),
    path("<language:language>/<country:country>/paginas/", guarded("public:others", topics.others), name="others"),
    path(
        "<language:language>/<country:country>/paginas/<slug:article>/",
        guarded("public:other", topics.other),
        name="other",
    ),
    path("<language:language>/<country:country>/<slug:topic>/", guarded("public:answer", topics.answer), name="answer"),
    path(
        "<language:language>/<country:country>/<slug:topic>/servir/", guarded("public:rate", topics.rate), name="rate"
    ),
    path(
        "<language:language>/<country:country>/<slug:topic>/<slug:article>/",
        guarded("public:answer", topics.answer),
        name="answer",
    ),
]
