"""What all answers share: they are read off the services' records, and money is a number."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer


class Answer(BaseModel):
    """An answer, or a part of one. Reads its fields off a record; serialises instants with `Z`, NaN as null."""

    model_config = ConfigDict(from_attributes=True, frozen=True, use_attribute_docstrings=True)


Usd = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]
"""US dollars: exact inside, a JSON number outside (exact up to 15 digits)."""
