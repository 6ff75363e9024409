"""CaseConsultant: an emailed coding question becomes an approved, sourced reply."""
