"""The directory for machines: the read API of HSDS 3.1 (Open Referral) with our own few additions, which /hsds/profile declares.

Only what anybody may know and what we would still send somebody to. No account, no cookie; who asks, and where they are, is kept nowhere.
"""
