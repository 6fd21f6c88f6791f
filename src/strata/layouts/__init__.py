"""OCI image layouts that anybody may have written: read, listed and validated."""
