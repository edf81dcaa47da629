/** Reads a history: databases, the acquirer's and the clients' journals, dead letters. */
@NullMarked
package dev.faultline.verification.reading;

import org.jspecify.annotations.NullMarked;
