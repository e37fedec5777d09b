/** The types that Reelport takes. The document says the same. */
export const MEDIA_TYPES = ['video/mp4', 'video/quicktime', 'video/webm', 'image/jpeg', 'image/png'] as const;
