/**
 * The fold from records to state. State is nothing but this fold: live, after a restart, of a past moment and of a mirrored
 * copy it is the same code over the same records. Each subject has a fold of its own; a fold sees the records of one topic
 * and segment in their order, and the order between topics and between segments never matters.
 */
package io.godwit.schemas.state;
