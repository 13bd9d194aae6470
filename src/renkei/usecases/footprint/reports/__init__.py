"""Reports of declarations: the evidence that is frozen when one is filed, and what is drawn from it."""
