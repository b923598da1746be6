"""Every subject's routes, in the order in which the API's description lists them."""

from longpole.rest import (
    alerts,
    apps,
    cache,
    compare,
    degradations,
    graph,
    health,
    metrics,
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
    compare.router,
    degradations.router,
    recommendations.router,
    alerts.router,
    graph.router,
    metrics.router,
    cache.router,
    runs.router,
    recording.router,
    apps.router,
    health.router,
    system.router,
)
