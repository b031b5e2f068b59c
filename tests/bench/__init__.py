"""`make bench`: what the product costs, as ratios measured side by side in one run. No test; nothing here asserts."""
