// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Adding fields to the header block that a program has just written to its buffer, as the last frames there (RFC 9113,
// 4.1, 6.2 and 6.10): the fields go behind the last frame, the frame's length grows, then the buffer's.
#pragma once

#include "hpack.h"
#include "propagation_write.h"

#define NS_FRAME_HEADER 9
#define NS_FRAME_HEADERS 1
#define NS_FRAME_CONTINUATION 9
#define NS_FRAME_END_HEADERS 0x04
#define NS_FRAME_PADDED 0x08
/// The largest frame that every peer takes (RFC 9113, 6.5.2: SETTINGS_MAX_FRAME_SIZE).
#define NS_FRAME_MAX 16384
/// Frames that are looked at; a header block is the only one in the buffer, in one frame or a few.
#define NS_FRAMES_MAX 8

/// A frame in the buffer.
struct ns_frame {
	/// Where its header is, in the buffer.
	__u64 at;
	__u64 len;
	__u8 header[NS_FRAME_HEADER];
};

/// Finds where in what is waiting to be sent the frames of a header block begin that ends it, of which the writer makes
/// the first as large as every peer takes. Returns 0 when the first one is there, of that stream and length.
static __always_inline int ns_block_start(const struct ns_writer *writer, __u32 stream, __u64 len, __u64 *start)
{
	__u64 frames = len > NS_FRAME_MAX ? (len + NS_FRAME_MAX - 1) / NS_FRAME_MAX : 1, first = len;
	__u64 size = frames * NS_FRAME_HEADER + len;
	__u8 header[NS_FRAME_HEADER];

	if (first > NS_FRAME_MAX)
		first = NS_FRAME_MAX;
	if (len > writer->used || size > writer->used)
		return -1;
	*start = writer->used - size;
	if (bpf_probe_read_user(header, sizeof(header), (const void *)(writer->buffer + *start)))
		return -1;
	// Lengths and numbers have the most significant byte first; the topmost bit of the number is reserved.
	return (__u64)(header[0] << 16 | header[1] << 8 | header[2]) != first || header[3] != NS_FRAME_HEADERS ||
	       ((__u32)header[5] << 24 | header[6] << 16 | header[7] << 8 | header[8]) != stream;
}

/// Finds the last of the frames that begin at byte `start` of what is waiting to be sent. Returns 0 when it ends where
/// that ends.
static __always_inline int ns_last_frame(const struct ns_writer *writer, __u64 start, struct ns_frame *frame)
{
	frame->at = start;
	for (int i = 0; i < NS_FRAMES_MAX; i++) {
		__u64 end;

		if (frame->at >= writer->used || bpf_probe_read_user(frame->header, sizeof(frame->header),
		                                                     (const void *)(writer->buffer + frame->at)))
			return -1;
		frame->len = frame->header[0] << 16 | frame->header[1] << 8 | frame->header[2];
		end = frame->at + NS_FRAME_HEADER + frame->len;
		if (end == writer->used)
			return 0;
		frame->at = end;
	}
	return -1;
}

/// Changes a frame's length. Returns 0 unless its page can't be written to just now.
static __always_inline long ns_write_frame_len(const struct ns_writer *writer, const struct ns_frame *frame, __u64 len)
{
	__u8 bytes[3] = {len >> 16, len >> 8, len};

	return bpf_probe_write_user((void *)(writer->buffer + frame->at), bytes, sizeof(bytes));
}

/// Whether a frame in the program's memory has a length.
static __always_inline int ns_has_frame_len(const struct ns_writer *writer, const struct ns_frame *frame, __u64 len)
{
	__u8 bytes[3];

	return !bpf_probe_read_user(bytes, sizeof(bytes), (const void *)(writer->buffer + frame->at)) &&
	       (__u64)(bytes[0] << 16 | bytes[1] << 8 | bytes[2]) == len;
}

/// Puts a frame's length back. Where that can't be seen, or `is_bad`, nothing is written to the process any more.
static __always_inline void ns_restore_frame_len(const struct ns_process_image *process,
                                                 struct ns_process_settings *settings, const struct ns_writer *writer,
                                                 const struct ns_frame *frame, int is_bad)
{
	ns_write_frame_len(writer, frame, frame->len);
	if (is_bad || !ns_has_frame_len(writer, frame, frame->len))
		ns_stop_writing(process, settings);
}

/// Adds the text to the header block behind byte `start` of what is waiting to be sent. Until the last of three writes,
/// the program sees none of it but the frame's length, which is put back when that one fails: not for want of a page to
/// write to, which is tried before anything is changed.
static __always_inline __u32 ns_extend_block(struct ns_headers_out *headers, const struct ns_process_image *process,
                                             struct ns_process_settings *settings, const struct ns_writer *writer,
                                             __u64 start)
{
	struct ns_frame frame;
	__u64 len = headers->len;
	__u32 outcome;
	long failed;

	// Not all of the block is there any more, if the buffer was too small for it, or there is none.
	if (ns_last_frame(writer, start, &frame))
		return NS_UNWRITTEN_NO_ROOM;
	if ((frame.header[3] != NS_FRAME_HEADERS || frame.header[4] & NS_FRAME_PADDED) &&
	    frame.header[3] != NS_FRAME_CONTINUATION)
		return NS_UNWRITTEN_FAILED;
	if (!(frame.header[4] & NS_FRAME_END_HEADERS))
		return NS_UNWRITTEN_FAILED;
	if (frame.len + len > NS_FRAME_MAX || writer->len - writer->used < len)
		return NS_UNWRITTEN_NO_ROOM;
	outcome = ns_write_word(process, settings, writer->used_at, writer->used);
	if (outcome == NS_WRITTEN)
		outcome = ns_write_text(headers, process, settings, writer->buffer + writer->used);
	if (outcome != NS_WRITTEN)
		return outcome;
	failed = ns_write_frame_len(writer, &frame, frame.len + len);
	if (failed || !ns_has_frame_len(writer, &frame, frame.len + len)) {
		ns_restore_frame_len(process, settings, writer, &frame, !failed);
		return NS_UNWRITTEN_FAILED;
	}
	outcome = ns_write_word(process, settings, writer->used_at, writer->used + len);
	if (outcome != NS_WRITTEN)
		ns_restore_frame_len(process, settings, writer, &frame, 0);
	return outcome;
}
