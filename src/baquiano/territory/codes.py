"""Code lists that many rooms share: whom an answer is for and where on the way they are. The codes never change."""

POPULATIONS = (
    "everyone",
    "migrants",
    "venezuelans",
    "haitians",
    "refugees",
    "returnees",
    "host_community",
    "women",
    "children",
    "lgbtiq",
    "indigenous",
    "disability",
    "older",
    "workers",
    "students",
    "stateless",
)
STAGES = ("transit", "arriving", "settling", "staying", "moving_on", "returning")
