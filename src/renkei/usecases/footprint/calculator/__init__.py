"""From activity data (bills, bills of material) to a footprint: sheets, their arithmetic, and the battery's rules."""
