package dev.faultline.order.catalogue.web;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

import dev.faultline.order.catalogue.Product;
import dev.faultline.service.web.ProblemException;
import dev.faultline.service.web.ProblemException.FieldError;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ETag;
import org.springframework.http.HttpHeaders;
import org.springframework.util.DigestUtils;

/**
 * On which stored product a change is based, so that nobody overwrites a change that they have not seen (optimistic
 * concurrency control).
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-13">RFC 9110, section 13: Conditional Requests</a>
 */
final class ProductCondition implements Predicate<Optional<Product>> {
    private static final Pattern TAGS = Pattern.compile(
            "\\*|(?:W/)?\"[!#-~]*\"(?:, ?(?:W/)?\"[!#-~]*\")*");

    private final @Nullable List<ETag> match;
    private final @Nullable List<ETag> noneMatch;

    private ProductCondition(@Nullable List<ETag> match, @Nullable List<ETag> noneMatch) {
        this.match = match;
        this.noneMatch = noneMatch;
    }

    /**
     * @return empty if there is no condition
     * @throws ProblemException if a header is not valid
     */
    static Optional<ProductCondition> of(@Nullable String ifMatch, @Nullable String ifNoneMatch) {
        return ifMatch == null && ifNoneMatch == null ? Optional.empty() : Optional.of(new ProductCondition(parse(
                HttpHeaders.IF_MATCH, ifMatch), parse(HttpHeaders.IF_NONE_MATCH, ifNoneMatch)));
    }

    private static @Nullable List<ETag> parse(String header, @Nullable String value) {
        if (value == null) {
            return null;
        }
        if (!TAGS.matcher(value).matches()) {
            throw ProblemException.invalid("invalid-request", "The request is not valid", List.of(new FieldError(header,
                    "must be * or entity tags in double quotes, as the header ETag has them")));
        }
        return ETag.parse(value);
    }

    /** Identifies what a product consists of. A product that is changed and changed back has the same one again. */
    static ETag tagOf(Product product) {
        return new ETag(DigestUtils.md5DigestAsHex(product.toString().getBytes(StandardCharsets.UTF_8)), false);
    }

    @Override
    public boolean test(Optional<Product> stored) {
        return (match == null || isAmong(match, stored)) && (noneMatch == null || !isAmong(noneMatch, stored));
    }

    private static boolean isAmong(List<ETag> tags, Optional<Product> stored) {
        return stored.isPresent() && tags.stream().anyMatch(tag -> tag.isWildcard() || tag.compare(tagOf(stored.get()),
                true));
    }
}
