// Checks evidence records with BouncyCastle: EvidenceCheck (<record> <data>)... prints OK or REFUSED for each pair.

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Date;
import org.bouncycastle.asn1.tsp.EvidenceRecord;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampToken;
import org.bouncycastle.tsp.ers.ERSByteData;
import org.bouncycastle.tsp.ers.ERSEvidenceRecord;
import org.bouncycastle.tsp.ers.ERSException;

public final class EvidenceCheck {
    private static final BouncyCastleProvider PROVIDER = new BouncyCastleProvider();

    public static void main(String[] arguments) throws Exception {
        for (int at = 0; at < arguments.length; at += 2) {
            System.out.println(check(Files.readAllBytes(Path.of(arguments[at])), Path.of(arguments[at + 1])));
        }
    }

    // The chain of hashes is judged when the record is opened, its beginning by validatePresent, each signature by
    // itself. (ERSEvidenceRecord.validate asks of the newest hash tree that it hold all earlier time-stamps next to
    // each other, which RFC 4998 does not.)
    private static String check(byte[] data, Path file) throws Exception {
        try {
            var digests = new JcaDigestCalculatorProviderBuilder().setProvider(PROVIDER).build();
            var record = new ERSEvidenceRecord(data, digests);
            record.validatePresent(new ERSByteData(Files.readAllBytes(file)), new Date());
            for (var chain : EvidenceRecord.getInstance(data).getArchiveTimeStampSequence().getArchiveTimeStampChains()) {
                for (var each : chain.getArchiveTimestamps()) {
                    checkSignature(new TimeStampToken(each.getTimeStamp()));
                }
            }
            return "OK";
        } catch (TSPException | ERSException fault) {
            return "REFUSED " + fault.getMessage();
        }
    }

    private static void checkSignature(TimeStampToken token) throws Exception {
        var signers = token.getCertificates().getMatches(token.getSID());
        var signer = (X509CertificateHolder) signers.iterator().next();
        token.validate(new JcaSimpleSignerInfoVerifierBuilder().setProvider(PROVIDER).build(signer));
    }
}
