"""The papers that the demo's workflows read: long enough that prompt caching pays, as real ones are."""

_PRODUCTS = (
    "kettles",
    "lamps",
    "bicycles",
    "tents",
    "headphones",
    "coffee grinders",
    "backpacks",
    "desk chairs",
    "rain jackets",
)
_RULES = """
{product} may be returned within 30 days of delivery, unused or with their first faults; the sender pays for the way.
A refund for {product} goes to the card or account that was charged, within five working days of their arrival.
The warranty of {product} covers faults of material and manufacture for two years; falls and wear are not covered.
Spare parts for {product} are kept for seven years, and are sent within two working days where they are in stock.
""".strip().splitlines()

SUPPORT_HANDBOOK = (
    "You answer customers of an outdoor and home shop, kindly and in three sentences at most.\n"
    + "\n".join(
        f"§{number}. {rule.format(product=product).capitalize()}"
        for number, (product, rule) in enumerate(((product, rule) for product in _PRODUCTS for rule in _RULES), 1)
    )
)

_CLAUSES = ("payment", "liability", "termination", "data protection", "delivery", "acceptance", "warranty", "secrecy")

CONTRACT_GUIDE = "You read contracts for a purchasing department and name the risk of each clause.\n" + "\n".join(
    f"{number}. In clauses on {clause}, look for duties without a limit in time or money, for terms that the other "
    f"side may change alone, and for {other} terms that contradict them; quote the words, say what they cost at worst, "
    f"and propose the words that would be acceptable."
    for number, (clause, other) in enumerate(((a, b) for a in _CLAUSES[:4] for b in _CLAUSES[4:]), 1)
)
