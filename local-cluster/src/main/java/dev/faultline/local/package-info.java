/** The whole platform as processes of this machine: what runs, on which ports, with which secrets, and how it is started. */
@NullMarked
package dev.faultline.local;

import org.jspecify.annotations.NullMarked;
