"""Letters: written in the transaction of what they tell of, and sent by whichever worker comes first."""
