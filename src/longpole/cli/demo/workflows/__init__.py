"""Four LangGraph workflows as people build them: a chain, a parallel branch, a retried step, a fan-out.

support_answers   classify ─ search ─ answer ─ check_tone
trip_planner      understand ─┬─ flights ─┬─ itinerary
                              ├─ hotels  ─┤
                              └─ weather ─┘
invoice_intake    read_invoice ─ match_order ─ post_to_ledger (tried up to three times)
contract_review   split ─ review_clause × n ─ verdict
"""
