"""The library of emission factors: sets that came with the product, and a company's own."""
