"""Two documents side by side: what breaks those who send and those who receive.

A normal form folds what only reads differently. Then sets and directions decide: what is sent to a
service may only grow, what it answers may only shrink; webhooks and callbacks are the reverse.
"""
