"""Read what a file says about its photo: TIFF tags, the EXIF block, the orientation."""
