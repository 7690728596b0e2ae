//! schemathesis: a stranger's program that reads the document and tries what it allows, and what it does not.
