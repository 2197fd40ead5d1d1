/** A PNG of one red pixel. */
export const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mN4oOwHAAM4AVIjWn6MAAAAAElFTkSuQmCC';

/** One millisecond of a 1 kHz tone: 8 samples of 8 bits at 8 kHz. */
export const WAV = 'UklGRiwAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQgAAACA2v/agCYBJg==';
