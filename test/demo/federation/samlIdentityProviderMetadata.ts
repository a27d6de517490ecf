export interface SamlIdentityProviderDescription {
  readonly entityId: string;
  readonly singleSignOnUrl: string;
  readonly nameIdFormat: string;
  /** Certificate of the signing key, in PEM. */
  readonly certificate: string;
}

/** Returns the metadata of a SAML identity provider (SAML Metadata §2.4.3). No value needs escaping. */
export function samlIdentityProviderMetadata(description: SamlIdentityProviderDescription): string {
  const { entityId, singleSignOnUrl, nameIdFormat, certificate } = description;
  const x509 = certificate.replace(/-----[^-]*-----|\s/g, '');
  return `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entityId}">
<IDPSSODescriptor WantAuthnRequestsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${x509}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
<NameIDFormat>${nameIdFormat}</NameIDFormat>
<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${singleSignOnUrl}"/>
</IDPSSODescriptor>
</EntityDescriptor>`;
}
