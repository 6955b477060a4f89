// zlib as a function: its structures are in modules of other packages, too, and which one they count as is up to chance.
#pragma once
#include <stddef.h>
#include <string.h>
#include <zlib.h>

/// At most so many bytes does gzip_compress write for `size` bytes.
static inline size_t gzip_bound(size_t size)
{
	// What deflateBound says of a stream without a gzip header, and the header with its trailer (RFC 1952, section 2.3).
	return compressBound(size) + 18;
}

/// Compresses with the largest window. Returns how many bytes that are; 0 when there is no memory for it, or no room.
static inline size_t gzip_compress(const unsigned char *_Nullable source, size_t size, unsigned char *_Nonnull target,
                                   size_t room, int level)
{
	z_stream stream;
	size_t written;

	memset(&stream, 0, sizeof(stream));
	if (deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return 0;
	stream.next_in = (unsigned char *)source;
	stream.avail_in = (unsigned int)size;
	stream.next_out = target;
	stream.avail_out = (unsigned int)room;
	written = deflate(&stream, Z_FINISH) == Z_STREAM_END ? stream.total_out : 0;
	deflateEnd(&stream);
	return written;
}
