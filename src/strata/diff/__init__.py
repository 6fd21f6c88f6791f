"""Why did this image change? Two images side by side, layer by layer, with the causes in the words of their users.

The description that a manifest carries for each layer (strata.oci.layer) is enough where Strata made the image; else
the files of the layers are compared. All is read only, and pure but for `layout`, `files` and `command`.
"""
