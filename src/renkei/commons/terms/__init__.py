"""The platform's terms of use (利用規約): versions, and which company has accepted which."""
