"""SMS, LMS, MMS and AlimTalk out, replies and receipts in; knows nothing of why."""
