"""What a small business sells by the hour or by the night: offers, resources, free slots, holds and bookings."""
