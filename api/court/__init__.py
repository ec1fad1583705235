"""Court papers: what people and foreign programs read of a bundle, made from the bundle's own records alone."""
