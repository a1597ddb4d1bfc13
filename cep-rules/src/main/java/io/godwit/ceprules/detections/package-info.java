/** Which detections stand open: the fold of the detections of one segment, and what a rule's signals change in it. Pure. */
package io.godwit.ceprules.detections;
