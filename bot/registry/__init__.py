"""Tags and manifests from OCI registries, at the addresses that oras gives them, on a transport of our own."""
