"""Who carries what, for many orders and riders at once; pure, and without a database.

Costs are arrays of travel times, the matching is SciPy's `linear_sum_assignment`
(docs.scipy.org/doc/scipy/reference/generated/scipy.optimize.linear_sum_assignment.html). docs/adr/0012 says why.
"""
