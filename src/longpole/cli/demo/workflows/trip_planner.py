"""Weekend trips: flights, hotels and the weather are looked up side by side, then a plan is written.

The plan waits for the slowest of the three, so that one decides how long a run takes.
"""

import time
import zlib
from typing import Any, TypedDict

from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.runnables import Runnable
from langchain_core.tools import tool
from langgraph.cache.base import BaseCache
from langgraph.graph import END, START, StateGraph
from langgraph.types import CachePolicy

from longpole.cli.demo.simulated_model import SimulatedModel

_SMALL = SimulatedModel(model="gpt-4o-mini")
_WRITER = SimulatedModel(model="gpt-4.1-mini", tokens_per_s=320)
_PLAN = (
    "Friday: {flights}, then a walk through the old town. Saturday: the museum in the morning while it is cool, the "
    "market at noon, the river in the evening. You sleep at {hotels}. Sunday: breakfast on the square and the late "
    "flight home. The weather: {weather}. Take a rain jacket and good shoes."
)


class Trip(TypedDict, total=False):
    """What the steps know of a trip."""

    wish: str
    city: str
    flights: str
    hotels: str
    weather: str
    plan: str


@tool
def search_flights(city: str) -> str:
    """Flights to a city on Friday."""
    time.sleep(0.30 + 0.15 * _luck(city, "flights"))
    return f"the 17:40 to {city}"


@tool
def search_hotels(city: str) -> str:
    """Hotels in a city with a free room."""
    time.sleep(0.55 + 0.55 * _luck(city, "hotels"))
    return f"the Central in {city}"


@tool
def look_up_weather(city: str) -> str:
    """The forecast for a city."""
    time.sleep(0.08)
    return f"sun and one shower in {city}"


def understand(state: Trip) -> Trip:
    """Where the trip goes."""
    prompt = SystemMessage("Name the city that the traveller wants to see.")
    city = _SMALL.invoke([prompt, HumanMessage(state["wish"])], answer=state["wish"].split()[-1].strip("."))
    return {"city": str(city.content)}


def flights(state: Trip) -> Trip:
    """How to get there."""
    return {"flights": search_flights.invoke({"city": state["city"]})}


def hotels(state: Trip) -> Trip:
    """Where to stay."""
    return {"hotels": search_hotels.invoke({"city": state["city"]})}


def weather(state: Trip) -> Trip:
    """What to take."""
    return {"weather": look_up_weather.invoke({"city": state["city"]})}


def itinerary(state: Trip) -> Trip:
    """The plan, written from all of it."""
    facts = f"{state['wish']}\n{state['flights']}\n{state['hotels']}\n{state['weather']}"
    prompt = SystemMessage("Plan a weekend from these facts, day by day, with times.")
    plan = _PLAN.format(flights=state["flights"], hotels=state["hotels"], weather=state["weather"])
    return {"plan": str(_WRITER.invoke([prompt, HumanMessage(facts)], answer=plan).content)}


def trip_planner(name: str = "trip_planner", cache: BaseCache[Any] | None = None) -> Runnable[Any, Any]:
    """The workflow; with a cache its steps are kept for an hour."""
    graph = StateGraph(Trip)
    policy: CachePolicy[Any] = CachePolicy(ttl=3600)
    graph.add_node(understand, cache_policy=policy)
    graph.add_edge(START, "understand")
    for look_up in (flights, hotels, weather):
        graph.add_node(look_up, cache_policy=policy)
        graph.add_edge("understand", look_up.__name__)
    graph.add_node(itinerary, cache_policy=policy)
    graph.add_edge(["flights", "hotels", "weather"], "itinerary")
    graph.add_edge("itinerary", END)
    return graph.compile(name=name, cache=cache)


def _luck(city: str, what: str) -> float:
    """0 to 1, the same in every run."""
    return zlib.crc32(f"{what} {city}".encode()) / 0xFFFFFFFF


WISHES = tuple(f"A quiet weekend in {city}." for city in ("Lisbon", "Krakow", "Bergen", "Porto", "Ghent", "Trieste"))
