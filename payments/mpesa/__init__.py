"""M-Pesa through Safaricom's Daraja API: STK push, its query and its callback."""
