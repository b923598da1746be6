"""Every subject's routes, in the order in which the API's description lists them."""

from longpole.rest import apps, cache, graph, health, pages, performance, recommendations, recording, runs, system

ROUTERS = (
    pages.router,
    performance.router,
    recommendations.router,
    graph.router,
    cache.router,
    runs.router,
    recording.router,
    apps.router,
    health.router,
    system.router,
)
