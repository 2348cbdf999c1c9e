# Operator.
