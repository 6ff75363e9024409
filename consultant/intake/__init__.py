"""Reading what arrived: strangers' bytes become values, whatever state they are in."""
