"""What the OpenAPI document says beyond single operations: named schemas, examples, problems."""
