"""Chart addresses, tags and manifests from OCI registries, by oras on a transport of our own."""
