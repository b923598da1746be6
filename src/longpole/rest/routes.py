"""Every subject's routes, in the order in which the API's description lists them."""

from longpole.rest import (
    alerts,
    apps,
    cache,
    graph,
    health,
    pages,
    performance,
    recommendations,
    recording,
    runs,
    system,
    trends,
    what_if,
)

ROUTERS = (
    pages.router,
    performance.router,
    trends.router,
    what_if.router,
    recommendations.router,
    alerts.router,
    graph.router,
    cache.router,
    runs.router,
    recording.router,
    apps.router,
    health.router,
    system.router,
)
