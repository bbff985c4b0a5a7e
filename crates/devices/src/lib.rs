//! Documents (voucher, slips) and printing.
