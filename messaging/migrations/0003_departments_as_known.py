"""Says of what is stored already which department it is of, where one of its rows knows."""

from django.db import migrations

# Only campaigns and keys have streams of their own; a topic's stream is everybody's.
_STREAMS = """
    UPDATE messaging_stream s SET department_id = (
        SELECT m.department_id FROM messaging_message m
            WHERE m.stream_id = s.id AND m.department_id IS NOT NULL ORDER BY m.id LIMIT 1
    ) WHERE s.name LIKE 'campaign:%' OR s.name LIKE 'api:%'
"""
# Acknowledgements of a campaign's answers left in the topic's stream, under the campaign's number.
_MESSAGES = """
    UPDATE messaging_message m SET department_id = s.department_id FROM messaging_stream s
        WHERE m.department_id IS NULL AND s.name = 'campaign:' || m.reference AND s.department_id IS NOT NULL
"""
_REPLIES = """
    UPDATE messaging_reply r SET department_id = m.department_id FROM messaging_message m
        WHERE m.id = r.message_id AND m.department_id IS NOT NULL
"""


class Migration(migrations.Migration):
    """Streams first, then what they say of messages, then what messages say of the texts that answer them."""

    dependencies = [("messaging", "0002_departments_of_streams_and_replies")]
    operations = [migrations.RunSQL(one, migrations.RunSQL.noop) for one in (_STREAMS, _MESSAGES, _REPLIES)]
