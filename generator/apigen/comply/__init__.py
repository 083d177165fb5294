"""The rules of contract-first work, R1 to R18, each with the evidence that machines gathered.

Facts are gathered once (``gathering``), every rule judges them (``rules``), and a report says of
each whether it is met, broken, or can't be told (``rendering``). Where nothing was looked at,
nothing is said to be met.
"""
