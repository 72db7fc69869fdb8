"""What an ad says: three angles per offer from templates, held to each platform's limits, shown before it runs.

`drafting.drafted` makes the three, `review.refusals` is the law for what people write themselves, `preview` shows them.
"""
