"""The edge: what every HTTP door of the house shares, below the doors and above the rooms."""
