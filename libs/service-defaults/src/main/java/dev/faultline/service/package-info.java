/** Defaults of every service, auto-configured when on the class path. */
@NullMarked
package dev.faultline.service;

import org.jspecify.annotations.NullMarked;
