"""Tables as people's programs write them: CSV and workbooks, opened, headings found, cells read.

One door for customer files, typed sheets, wishes, workdays and seasons: one set of rules, one way
of telling faults.
"""
