"""
결재: draft, review and approval of a frozen snapshot. The floor is kept free for it.

Campaigns are confirmed by a second official for now (`notices.services.launch`); the approval line moves in here.
"""
